/* payload: the two facts about the VM's image format that the kernel needs, mirrored from vm/format/image.h,
 * which the kernel may not include: where a payload is mapped and how to see how long it is. */
#ifndef LING_PAYLOAD_H
#define LING_PAYLOAD_H

#include <stdint.h>

#define PAYLOAD_BASE  UINT64_C(0x400000)
#define PAYLOAD_LIMIT UINT64_C(0x10000000)
#define PAYLOAD_MAGIC UINT64_C(0x31474d49474e494c) /* "LINGIMG1" */

/* The first words of struct image_header. */
struct payload_head {
    uint64_t magic;
    uint32_t abi, header_bytes;
    uint64_t bytes; /* of the whole payload */
};

#endif
