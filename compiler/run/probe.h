/* probe: is this file an image, and what does it hold? Reads headers only. */
#ifndef LING_RUN_PROBE_H
#define LING_RUN_PROBE_H

#include <stdbool.h>
#include <stddef.h>

enum probe_result { PROBE_IMAGE, PROBE_OTHER, PROBE_DAMAGED };
/* probe_image: OTHER: not one of our images; DAMAGED: one, but truncated or of another version; *why says so.
 */
enum probe_result probe_image(const char *path, bool *service, char *why, size_t cap);

#endif
