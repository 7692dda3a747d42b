/** Which addresses of a text become links or pictures, and what of them is shown (docs/protocol/app-rules.md, APP-30). */

/** Schemes that a link may have: nothing that runs, and nothing that opens a program without a question. */
const SAFE = new Set(["http:", "https:", "mailto:"])

/** What becomes of an address. */
export type Target =
  /** A link, and where it leads as people read it. */
  | { readonly kind: "link"; readonly href: string; readonly place: string }
  /** Text: a path of the session's directory, or an address that is no link. */
  | { readonly kind: "text"; readonly place: string }

/** Reads an address of a text. */
export function targetOf(address: string): Target {
  // oxlint-disable-next-line no-control-regex
  const clean = address.replaceAll(/[\u0000-\u0020\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "")
  if (!/^[a-z][a-z0-9+.-]*:/i.test(clean)) return { kind: "text", place: address }
  let url
  try {
    url = new URL(clean)
  } catch {
    // It has no form that a browser would open.
    return { kind: "text", place: address }
  }
  if (!SAFE.has(url.protocol)) return { kind: "text", place: address }
  return { kind: "link", href: url.href, place: url.protocol === "mailto:" ? url.pathname : url.host }
}

/** A name of a host, with or without a port, or an address of mail. */
const NAME = /^(?:[\w.+-]+@)?[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.?(?::\d+)?$/iu
/** An address as people write it: what comes before the first slash says all of where it leads. */
const WRITTEN = /^(?:https?:\/\/|mailto:)?([^\s/?#\\]+)(?:[/?#][^\s\\]*)?$/iu

/** Whether the words of a link say themselves where it leads: they are that address, or name its host and no other one. */
export function isToldBy(text: string, { kind, place }: Target): boolean {
  // Without the signs of code and emphasis.
  const words = text.replaceAll(/[`*]/g, "")
  if (kind === "text") return words.split(/[\s"'()<>]+/).includes(place)
  const wanted = place.toLowerCase()
  const [, written = ""] = WRITTEN.exec(words.trim()) ?? []
  if (NAME.test(written) && written.toLowerCase() === wanted) return true
  const named = words
    .toLowerCase()
    .split(/[^\p{L}\p{N}@:._+-]+/u)
    .map((word) => word.replace(/[.:]+$/, ""))
    .filter((word) => word.includes(".") || word.includes("@") || word === wanted)
  return named.length > 0 && named.every((word) => word === wanted)
}

const PICTURE = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+$/

/** Whether a picture can be shown without asking any server. */
export function isOwnPicture(address: string): boolean {
  return PICTURE.test(address)
}
