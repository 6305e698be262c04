#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#include <hdf5.h>

/* What Swift cannot import from hdf5.h: macros that cast or call.
 *
 * HDF5's own macros also call H5check(), which ends the process when the header and the library are
 * of different releases; these do not. H5open() must have been called before any of them. */

static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }

static inline unsigned chdf5_read_only(void) { return 0x0000u; }
static inline unsigned chdf5_truncate(void) { return 0x0002u; }

static inline hid_t chdf5_file_creation(void) { return H5P_CLS_FILE_CREATE_ID_g; }
static inline hid_t chdf5_file_access(void) { return H5P_CLS_FILE_ACCESS_ID_g; }
static inline hid_t chdf5_group_creation(void) { return H5P_CLS_GROUP_CREATE_ID_g; }
static inline hid_t chdf5_dataset_creation(void) { return H5P_CLS_DATASET_CREATE_ID_g; }

static inline hid_t chdf5_c_string(void) { return H5T_C_S1_g; }
static inline hid_t chdf5_u8_file(void) { return H5T_STD_U8LE_g; }
static inline hid_t chdf5_i32_file(void) { return H5T_STD_I32LE_g; }
static inline hid_t chdf5_i64_file(void) { return H5T_STD_I64LE_g; }
static inline hid_t chdf5_f32_file(void) { return H5T_IEEE_F32LE_g; }
static inline hid_t chdf5_f64_file(void) { return H5T_IEEE_F64LE_g; }
static inline hid_t chdf5_u8_memory(void) { return H5T_NATIVE_UINT8_g; }
static inline hid_t chdf5_i32_memory(void) { return H5T_NATIVE_INT32_g; }
static inline hid_t chdf5_i64_memory(void) { return H5T_NATIVE_INT64_g; }
static inline hid_t chdf5_f32_memory(void) { return H5T_NATIVE_FLOAT_g; }
static inline hid_t chdf5_f64_memory(void) { return H5T_NATIVE_DOUBLE_g; }

/* H5Literate is a macro from 1.12 on, where its type of callback is one too. */
static inline herr_t chdf5_visit_links(hid_t group, H5L_iterate_t visit, void *context)
{
    hsize_t position = 0;
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &position, visit, context);
}

#endif
