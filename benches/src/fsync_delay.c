/* Preloaded into a database's process, makes each fsync and fdatasync take FSYNC_DELAY_US longer: what a disk without
   a cache costs. Compiled by the benchmark itself; nothing of the product knows it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_longer(void) {
    const char *delay = getenv("FSYNC_DELAY_US");
    if (delay) usleep((useconds_t)atol(delay));
}

int fsync(int file) {
    static int (*next)(int);
    if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_longer();
    return next(file);
}

int fdatasync(int file) {
    static int (*next)(int);
    if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_longer();
    return next(file);
}
