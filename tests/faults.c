/* A disk that fails: preloaded, it lets the first FAULT_AFTER writes to ordinary files through and answers
   every later one with FAULT_ERRNO. Sockets, pipes and terminals are left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long after = 0, seen = 0;
static int number = EIO;

__attribute__((constructor)) static void begin(void) {
    const char *a = getenv("FAULT_AFTER"), *e = getenv("FAULT_ERRNO");
    after = a ? atol(a) : 0;
    number = e ? atoi(e) : EIO;
}

static int fails(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    if (seen++ < after) return 0;
    errno = number;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t count) { return fails(fd) ? -1 : NEXT(write)(fd, data, count); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return fails(fd) ? -1 : NEXT(writev)(fd, parts, count); }
ssize_t pwrite(int fd, const void *data, size_t count, off_t at) { return fails(fd) ? -1 : NEXT(pwrite)(fd, data, count, at); }
ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at) { return fails(fd) ? -1 : NEXT(pwrite64)(fd, data, count, at); }
ssize_t sendfile(int to, int from, off_t *at, size_t count) { return fails(to) ? -1 : NEXT(sendfile)(to, from, at, count); }
ssize_t sendfile64(int to, int from, off64_t *at, size_t count) { return fails(to) ? -1 : NEXT(sendfile64)(to, from, at, count); }
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t count, unsigned flags) {
    return fails(to) ? -1 : NEXT(copy_file_range)(from, a, to, b, count, flags);
}
int fsync(int fd) { return fails(fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : NEXT(fdatasync)(fd); }
