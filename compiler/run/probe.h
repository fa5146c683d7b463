/* probe: is this file an image, and what does it hold? Reads headers only. */
#ifndef LING_RUN_PROBE_H
#define LING_RUN_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probed {
    bool service;
    uint64_t end; /* a machine's memory must reach to here to hold the image */
};
/* probe_image: false: none of our images, truncated, or of another version; *why says so. */
bool probe_image(const char *path, struct probed *out, char *why, size_t cap);

#endif
