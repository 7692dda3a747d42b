/** Names as Git prints them: bytes, which are UTF-8 as a rule. Inside they are texts of one character a byte. */

/** Splits output with NULs behind each item. */
export function items(out: Buffer): ReadonlyArray<string> {
  const all = out.toString("latin1").split("\0")
  if (all.at(-1) === "") all.pop()
  return all
}

/** A name for people and programs; `bytes` where it is not UTF-8, in base64. */
export function nameOf(raw: string): { readonly path: string; readonly bytes?: string } {
  const bytes = Buffer.from(raw, "latin1")
  const path = bytes.toString("utf8")
  return Buffer.from(path, "utf8").equals(bytes) ? { path } : { path, bytes: bytes.toString("base64") }
}

/** The bytes of names, with a NUL behind each. */
export function inputOf(raw: ReadonlyArray<string>): Buffer {
  return Buffer.from(raw.map((name) => `${name}\0`).join(""), "latin1")
}

/** The inside form of a path that a caller named. */
export function rawOf(path: string, bytes: string | undefined): string {
  return (bytes === undefined ? Buffer.from(path, "utf8") : Buffer.from(bytes, "base64")).toString("latin1")
}

/** Where a name of bytes is on the disk. */
export function onDisk(top: string, raw: string): Buffer {
  return Buffer.concat([Buffer.from(`${top}/`, "utf8"), Buffer.from(raw, "latin1")])
}
