/* Makes the n-th system call that concerns one folder fail, or the n-th large block of memory, or changes a file at
   the n-th reading of it: preloaded into a command by faults.py and limits.py.

   KINDRED_FAIL_IN=FOLDER     counts calls on files below this absolute path
   KINDRED_FAIL_AT=N:HOW      what becomes of call N: enospc, eio or kill; full: it and all later ones fail
                              with ENOSPC, and a write writes half of its bytes first; term: it is made, and
                              SIGTERM comes before it returns (what removes counts as well then);
                              memory: blocks of KINDRED_FAIL_BYTES or more count instead, and N is refused;
                              cut, grow, rewrite or replace: readings count instead, and before N the file
                              that FOLDER then is loses its second half, gets a line more, gets other bytes,
                              or gives its name to FOLDER.new
   KINDRED_FAIL_LOG=FILE      gets one line that names the call, once it has been reached */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum how { OFF, ENOSPC_ONCE, EIO_ONCE, KILL, FULL, TERM, MEMORY, CUT, GROW, REWRITE, REPLACE };

enum { DESCRIPTORS = 4096 };

static enum how how;
static long target;
static atomic_long calls;
static char folder[PATH_MAX];
static const char *log_path;
static size_t block_size = 1 << 20;
static atomic_bool is_below[DESCRIPTORS];
static _Thread_local int signal_is_due;

__attribute__((constructor)) static void read_environment(void) {
  const char *at = getenv("KINDRED_FAIL_AT"), *in = getenv("KINDRED_FAIL_IN");
  log_path = getenv("KINDRED_FAIL_LOG");
  if (!at || !in) return;
  char *end;
  target = strtol(at, &end, 10);
  snprintf(folder, sizeof folder, "%s", in);
  const char *bytes = getenv("KINDRED_FAIL_BYTES");
  if (bytes) block_size = strtoul(bytes, NULL, 10);
  static const char *const names[] = {"",        ":enospc", ":eio",  ":kill",    ":full",    ":term",
                                      ":memory", ":cut",    ":grow", ":rewrite", ":replace"};
  for (int i = 1; i <= REPLACE; i++)
    if (!strcmp(end, names[i])) how = (enum how)i;
}

/* Whether a path, relative to a folder's descriptor, lies in the watched folder or is it. */
static int concerns(int at, const char *path) {
  char whole[2 * PATH_MAX], clean[2 * PATH_MAX];
  if (how == OFF || !path) return 0;
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    char base[PATH_MAX];
    if (at == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return 0;
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", at);
      ssize_t length = readlink(link, base, sizeof base - 1);
      if (length < 0) return 0;
      base[length] = 0;
    }
    snprintf(whole, sizeof whole, "%s/%s", base, path);
  }
  size_t used = 0;
  for (const char *part = whole; *part;) {
    size_t length = strcspn(part, "/");
    if (length && !(length == 1 && part[0] == '.')) {
      clean[used++] = '/';
      memcpy(clean + used, part, length);
      used += length;
    }
    part += length + (part[length] == '/');
  }
  clean[used] = 0;
  size_t length = strlen(folder);
  return !strncmp(clean, folder, length) && (clean[length] == '/' || clean[length] == 0);
}

/* Names the call that was reached in the log. */
static void note(const char *call, const char *path) {
  char line[2 * PATH_MAX];
  if (!log_path) return;
  int length = snprintf(line, sizeof line, "%s %s\n", call, path);
  long file = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file >= 0) {
    syscall(SYS_write, file, line, length);
    syscall(SYS_close, file);
  }
}

/* Counts a call; the error number that it is to fail with, or 0. */
static int fault(const char *call, const char *path) {
  if (how >= MEMORY) return 0;
  long number = atomic_fetch_add(&calls, 1) + 1;
  if (number < target || (number > target && how != FULL)) return 0;
  if (number == target) note(call, path);
  if (how == TERM) {
    signal_is_due = 1;
    return 0;
  }
  if (how == KILL) syscall(SYS_kill, getpid(), SIGKILL);
  return how == EIO_ONCE ? EIO : ENOSPC;
}

/* The result of a call that was made, once the signal that belongs to it has come. */
static long made(long result) {
  if (signal_is_due) {
    int number = errno;
    signal_is_due = 0;
    syscall(SYS_kill, getpid(), SIGTERM);
    errno = number;
  }
  return result;
}

static int fault_of(const char *call, int descriptor) {
  if (how == OFF || descriptor < 0 || descriptor >= DESCRIPTORS || !is_below[descriptor]) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  return fault(call, path);
}

#define NEXT(name) \
  static __typeof__(name) *next; \
  if (!next) next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define REFUSE(error) \
  do { \
    int refusal = (error); \
    if (refusal) { \
      errno = refusal; \
      return -1; \
    } \
  } while (0)

static int watched(int descriptor) {
  if (descriptor >= 0 && descriptor < DESCRIPTORS) is_below[descriptor] = 1;
  return descriptor;
}

/* Opening counts where it may make a file; a folder or file that is only read is watched and not counted. */
#define OPEN(name, parameters, arguments, at) \
  int name parameters { \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    NEXT(name); \
    if (!concerns(at, path)) return next arguments; \
    if (flags & O_CREAT) REFUSE(fault("open", path)); \
    return made(watched(next arguments)); \
  }

OPEN(open, (const char *path, int flags, ...), (path, flags, mode), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), AT_FDCWD)
OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode), at)
OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode), at)

int close(int descriptor) {
  NEXT(close);
  if (descriptor >= 0 && descriptor < DESCRIPTORS) is_below[descriptor] = 0;
  return next(descriptor);
}

#define WRITE(name, parameters, half, arguments) \
  ssize_t name parameters { \
    NEXT(name); \
    int number = fault_of("write", descriptor); \
    if (number && how == FULL && calls == target && count > 1) return next half; \
    REFUSE(number); \
    return made(next arguments); \
  }

WRITE(write, (int descriptor, const void *bytes, size_t count), (descriptor, bytes, count / 2),
  (descriptor, bytes, count))
WRITE(pwrite, (int descriptor, const void *bytes, size_t count, off_t place),
  (descriptor, bytes, count / 2, place), (descriptor, bytes, count, place))
WRITE(pwrite64, (int descriptor, const void *bytes, size_t count, off64_t place),
  (descriptor, bytes, count / 2, place), (descriptor, bytes, count, place))

#define ON_DESCRIPTOR(name, parameters, arguments) \
  int name parameters { \
    NEXT(name); \
    REFUSE(fault_of(#name, descriptor)); \
    return made(next arguments); \
  }

ON_DESCRIPTOR(fsync, (int descriptor), (descriptor))
ON_DESCRIPTOR(fdatasync, (int descriptor), (descriptor))
ON_DESCRIPTOR(ftruncate, (int descriptor, off_t length), (descriptor, length))
ON_DESCRIPTOR(ftruncate64, (int descriptor, off64_t length), (descriptor, length))

int rename(const char *from, const char *to) {
  NEXT(rename);
  if (concerns(AT_FDCWD, to)) REFUSE(fault("rename", to));
  return made(next(from, to));
}

int renameat(int at, const char *from, int other, const char *to) {
  NEXT(renameat);
  if (concerns(other, to)) REFUSE(fault("rename", to));
  return made(next(at, from, other, to));
}

int mkdir(const char *path, mode_t mode) {
  NEXT(mkdir);
  /* One that is there is refused for that, and nothing is made. */
  if (concerns(AT_FDCWD, path) && access(path, F_OK)) REFUSE(fault("mkdir", path));
  return made(next(path, mode));
}

/* A failure to remove something is no fault of a disk; a signal may come after it. */
#define REMOVE(name) \
  int name(const char *path) { \
    NEXT(name); \
    int result = next(path); \
    if (!result && how == TERM && concerns(AT_FDCWD, path)) fault(#name, path); \
    return made(result); \
  }

REMOVE(unlink)
REMOVE(rmdir)

/* What a writer does to a file that is being read. */
static void change(const char *path) {
  char other[PATH_MAX + 8];
  struct stat status;
  note("read", path);
  if (stat(path, &status)) return;
  int file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  if (file < 0) return;
  switch (how) {
    case CUT: syscall(SYS_ftruncate, file, status.st_size / 2); break;
    case GROW: syscall(SYS_pwrite64, file, "s99,Title 99,one more row of words\n", 35, status.st_size); break;
    case REWRITE: syscall(SYS_pwrite64, file, "other", 5, status.st_size / 2); break;
    default:
      snprintf(other, sizeof other, "%s.new", path);
      syscall(SYS_renameat, AT_FDCWD, other, AT_FDCWD, path);
  }
  syscall(SYS_close, file);
}

ssize_t read(int descriptor, void *bytes, size_t count) {
  NEXT(read);
  if (how >= CUT && descriptor >= 0 && descriptor < DESCRIPTORS && is_below[descriptor]
      && atomic_fetch_add(&calls, 1) + 1 == target)
    change(folder);
  return next(descriptor, bytes, count);
}

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

/* Whether this block is the one to refuse. The functions behind have names, as looking for them takes memory. */
static int refused(const char *call, size_t size) {
  if (how != MEMORY || size < block_size || atomic_fetch_add(&calls, 1) + 1 != target) return 0;
  char length[32];
  snprintf(length, sizeof length, "%zu", size);
  note(call, length);
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size) { return refused("malloc", size) ? NULL : __libc_malloc(size); }

void *calloc(size_t count, size_t size) {
  return refused("calloc", count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  return refused("realloc", size) ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return refused("aligned_alloc", size) ? NULL : __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size) {
  return refused("memalign", size) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  if (refused("posix_memalign", size)) return ENOMEM;
  *block = __libc_memalign(alignment, size);
  return *block || !size ? 0 : ENOMEM;
}

/* What is mapped from a file, as libraries are, is no memory that anybody asked for. */
void *mmap(void *place, size_t size, int protection, int flags, int descriptor, off_t offset) {
  if ((flags & MAP_ANONYMOUS) && protection != PROT_NONE && refused("mmap", size)) return MAP_FAILED;
  return (void *)syscall(SYS_mmap, place, size, protection, flags, descriptor, offset);
}
