/**
 * The part of Node that a box in a file needs. It is loaded when it is used, so that this package runs in browsers too (C-17).
 */

/** An open file of `node:fs/promises`. */
export interface NodeFile {
  readonly writeFile: (content: string | Uint8Array) => Promise<void>
  readonly truncate: (size: number) => Promise<void>
  readonly read: (into: Uint8Array, offset: number, length: number, position: number) => Promise<{ readonly bytesRead: number }>
  readonly datasync: () => Promise<void>
  readonly sync: () => Promise<void>
  readonly stat: () => Promise<FileState>
  readonly close: () => Promise<void>
}

/** What is asked of a file's state. */
export interface FileState {
  readonly ino: number
  readonly size: number
  readonly mtimeMs: number
}

/** The part of `node:fs/promises` that is used. */
export interface NodeFiles {
  readonly constants: { readonly O_APPEND: number; readonly O_WRONLY: number }
  readonly open: (path: string, flags: string | number, mode?: number) => Promise<NodeFile>
  readonly readFile: (path: string, encoding: "utf8") => Promise<string>
  readonly readdir: (path: string) => Promise<ReadonlyArray<string>>
  readonly stat: (path: string) => Promise<FileState>
  readonly rename: (from: string, to: string) => Promise<void>
  readonly link: (from: string, to: string) => Promise<void>
  readonly unlink: (path: string) => Promise<void>
  readonly utimes: (path: string, accessed: Date, modified: Date) => Promise<void>
  readonly mkdir: (path: string, options: { readonly recursive: true; readonly mode: number }) => Promise<unknown>
}

/** The part of the global `process` that is used. */
export interface NodeProcess {
  readonly pid: number
  readonly kill: (pid: number, signal: 0) => unknown
}

/** Loads a module of Node, by a name that bundlers leave alone. */
export function nodeModule<A>(name: string): Promise<A> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<A>
}

/** What a call of Node failed with, such as `ENOENT`. */
export function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined
}

/** The result of a call, or `undefined` when the file is not there. */
export function ifThere<A>(call: Promise<A>): Promise<A | undefined> {
  return call.catch((cause: unknown) => (codeOf(cause) === "ENOENT" ? undefined : Promise.reject(cause)))
}
