/* image_write: writes images.
 *
 *   kernel ELF + payload ──elf_append──> image            image ──payload──> another kernel ──> image
 *
 * All kernels hold the same interpreter, linked at one place, so a payload fits behind each of them; the fingerprint
 * says whether that is so. The Xen kernel is known by its note XEN_ELFNOTE_ENTRY (Xen public/elfnote.h), which a kernel
 * for PVH only has no use for.
 */
#define _GNU_SOURCE
#include "pack/image_write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pack/elf.h"
#include "pack/files.h"
#include "pack/image_file.h"
#include "pack/memory.h"
#include "pack/note.h"

enum { XEN_NOTE_ENTRY = 1 };

const char *kernel_name(enum kernel k) {
    return k == KERNEL_XEN ? "ling-xen.elf" : "ling-virtio.elf";
}

char *home_dir(void) {
    const char *given = getenv("LING_HOME");
    char *home = given && *given ? mem_text(given, strlen(given)) : path_of_self();
    if (!home)
        note_error("can't tell where lingpack is (/proc/self/exe: %s): set LING_HOME", strerror(errno));
    return home;
}

int image_write(const struct vm_file *kernel, const void *payload, uint64_t n, const char *path,
                uint64_t *bytes) {
    const char *why = NULL;
    size_t size = 0;
    uint8_t *image = elf_append(kernel->elf.p, kernel->elf.n, payload, n, PAYLOAD_BASE, &size, &why);
    if (!image) {
        note_error("%s: %s", kernel->path, why);
        return EXIT_USER;
    }
    bool saved = file_save(path, image, size);
    if (!saved) note_error("can't write %s: %s", path, strerror(errno));
    free(image);
    if (!saved) return EXIT_USER;
    *bytes = size;
    return EXIT_FINE;
}

enum kernel kernel_of(const uint8_t *elf, size_t n) {
    return elf_has_note(elf, n, "Xen", XEN_NOTE_ENTRY) ? KERNEL_XEN : KERNEL_VIRTIO;
}

bool image_kernel_is(const char *path, enum kernel k) {
    struct file_bytes f;
    if (!file_read(path, &f)) return false;
    bool is = !elf_check(f.p, f.n) && kernel_of(f.p, f.n) == k;
    free(f.p);
    return is;
}

static int rehead(const struct image_file *image, const char *from, enum kernel k, const char *to) {
    char *home = home_dir(), *path = home ? path_join(home, kernel_name(k)) : NULL;
    struct vm_file kernel;
    uint64_t bytes;
    int status = path ? vm_file_open(&kernel, path) : EXIT_USER;
    free(home);
    free(path);
    if (status != EXIT_FINE) return status;
    if (kernel.fingerprint == image->header.vm_fingerprint) {
        status = image_write(&kernel, image->payload, image->header.bytes, to, &bytes);
    } else {
        note_error("%s: packed for another build of the VM than %s: build it again", from, kernel.path);
        status = EXIT_USER;
    }
    vm_file_close(&kernel);
    return status;
}

int image_rehead(const char *from, enum kernel k, const char *to) {
    struct image_file image;
    const char *why;
    if (!image_file_open_intact(&image, from, &why)) {
        note_error("%s: %s", from, why);
        return EXIT_USER;
    }
    int status = rehead(&image, from, k, to);
    image_file_close(&image);
    return status;
}
