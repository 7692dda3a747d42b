/**
 * The name of a session's directory: a readable form of the label that the session was created with, then its id
 * (docs/protocol/rules.md, A-70). The id makes it the session's alone; a rename does not change it.
 */

/** Most characters of a label's readable form, and most bytes: some file systems take no name of more than 143. */
const READABLE_MAX = 40
const READABLE_BYTES = 100

/** Labels that are their own readable form. */
const PLAIN = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

const NAME = /^(?:[^/\\\0:]{1,100}-)?([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/

const encoder = new TextEncoder()

/** The directory's name of a session that is created with this label. Ends in the id, which is all of it where no letter and no digit is in the label. */
export function directoryName(label: string, id: string): string {
  if (label.length <= READABLE_MAX && PLAIN.test(label)) return `${label}-${id}`
  const readable = label
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replace(/^-+/, "")
  let short = ""
  let bytes = 0
  let characters = 0
  for (const character of readable) {
    bytes += encoder.encode(character).length
    if (bytes > READABLE_BYTES || ++characters > READABLE_MAX) break
    short += character
  }
  short = short.replace(/-+$/, "")
  return short === "" ? id : `${short}-${id}`
}

/** The session whose directory has this name; `undefined` for what is no such name, and might lead elsewhere. */
export function sessionOfDirectory(name: string): string | undefined {
  return NAME.exec(name)?.[1]
}
