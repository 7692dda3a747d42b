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

const PICTURE = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+$/

/** Whether a picture can be shown without asking any server. */
export function isOwnPicture(address: string): boolean {
  return PICTURE.test(address)
}
