// What the thread sanitizer has to be told.
//
// Every access of the inner loops, however wide: its own instrumentation leaves out what is wider than 16 bytes. That
// of the address sanitizer for operating systems calls functions before each access, which is all that is taken of it.
//
// Who waited for a mutex: Swift's library, which is not compiled for the sanitizer, takes and hands it over.
#include <stdint.h>

void __tsan_read_range_pc(void *start, unsigned long size, void *place);
void __tsan_write_range_pc(void *start, unsigned long size, void *place);
void __tsan_func_entry(void *place);
void __tsan_func_exit(void);

void __asan_loadN_noabort(uintptr_t start, uintptr_t size) {
  __tsan_read_range_pc((void *)start, size, __builtin_return_address(0));
}

void __asan_storeN_noabort(uintptr_t start, uintptr_t size) {
  __tsan_write_range_pc((void *)start, size, __builtin_return_address(0));
}

#define OF_SIZE(SIZE)                                                              \
  void __asan_load##SIZE##_noabort(uintptr_t start) {                              \
    __tsan_read_range_pc((void *)start, SIZE, __builtin_return_address(0));        \
  }                                                                                \
  void __asan_store##SIZE##_noabort(uintptr_t start) {                             \
    __tsan_write_range_pc((void *)start, SIZE, __builtin_return_address(0));       \
  }

OF_SIZE(1)
OF_SIZE(2)
OF_SIZE(4)
OF_SIZE(8)
OF_SIZE(16)

void __asan_handle_no_return(void) {}

// So that reports name the kernel.
void __cyg_profile_func_enter(void *function, void *caller) {
  (void)function;
  __tsan_func_entry(caller);
}

void __cyg_profile_func_exit(void *function, void *caller) {
  (void)function, (void)caller;
  __tsan_func_exit();
}

void __tsan_acquire(void *address);
void __tsan_release(void *address);

// `_MutexHandle._lockSlow(_: UInt32)` and `_MutexHandle._unlockSlow()` of the module Synchronization; the linker
// makes calls of them calls of these.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

SWIFT void lock_slowly(uint32_t thread, SELF void *mutex) __asm__("__real_" LOCK_SLOW);
SWIFT void unlock_slowly(SELF void *mutex) __asm__("__real_" UNLOCK_SLOW);
SWIFT void lock(uint32_t thread, SELF void *mutex) __asm__("__wrap_" LOCK_SLOW);
SWIFT void unlock(SELF void *mutex) __asm__("__wrap_" UNLOCK_SLOW);

SWIFT void lock(uint32_t thread, SELF void *mutex) {
  lock_slowly(thread, mutex);
  __tsan_acquire(mutex);
}

SWIFT void unlock(SELF void *mutex) {
  __tsan_release(mutex);
  unlock_slowly(mutex);
}
