/**
 * The few functions of the C library that terminals need, through koffi; Linux with glibc only.
 *
 * Sizes of structures and numbers of requests are those of the 64-bit kernels of x64 and arm64, which are the same.
 */
import { createRequire } from "node:module"

const ownRequire = createRequire(import.meta.url)

/** A C function: numbers, buffers, strings, and lists of strings that end in null. Gives its `int`. */
type Call = (...args: ReadonlyArray<number | string | Buffer | null | ReadonlyArray<string | null>>) => number

interface Koffi {
  readonly load: (library: string) => { readonly func: (prototype: string) => Call }
}

/** The functions, by what they are for. */
export interface Libc {
  readonly fcntl: Call
  readonly ioctl: Call
  readonly spawn: Call
  readonly actionsInit: Call
  readonly actionsDestroy: Call
  readonly addOpen: Call
  readonly addDup2: Call
  readonly addChdir: Call
  readonly attributesInit: Call
  readonly setFlags: Call
  readonly setSignalDefault: Call
  readonly setSignalMask: Call
  readonly prlimit: Call
  readonly waitid: Call
  readonly waitpid: Call
}

/** Loads the functions; throws when koffi or one of them is not there (another system, glibc before 2.29). */
export function loadLibc(): Libc {
  const koffi = ownRequire(`@koromix/koffi-${process.platform}-${process.arch}`) as Koffi
  const library = koffi.load("libc.so.6")
  return {
    fcntl: library.func("int fcntl(int, int, int)"),
    ioctl: library.func("int ioctl(int, unsigned long, void *)"),
    spawn: library.func("int posix_spawn(void *, const char *, void *, void *, const char **, const char **)"),
    actionsInit: library.func("int posix_spawn_file_actions_init(void *)"),
    actionsDestroy: library.func("int posix_spawn_file_actions_destroy(void *)"),
    addOpen: library.func("int posix_spawn_file_actions_addopen(void *, int, const char *, int, unsigned int)"),
    addDup2: library.func("int posix_spawn_file_actions_adddup2(void *, int, int)"),
    addChdir: library.func("int posix_spawn_file_actions_addchdir_np(void *, const char *)"),
    attributesInit: library.func("int posix_spawnattr_init(void *)"),
    setFlags: library.func("int posix_spawnattr_setflags(void *, short)"),
    setSignalDefault: library.func("int posix_spawnattr_setsigdefault(void *, void *)"),
    setSignalMask: library.func("int posix_spawnattr_setsigmask(void *, void *)"),
    prlimit: library.func("int prlimit(int, int, void *, void *)"),
    waitid: library.func("int waitid(int, unsigned int, void *, int)"),
    waitpid: library.func("int waitpid(int, void *, int)"),
  }
}
