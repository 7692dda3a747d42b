/**
 * Links (OSC 8) of one terminal, bounded. The library keeps a marker for every link it ever saw on a line, which a
 * program that redraws its screen makes grow without end; here the oldest link is forgotten instead, and its cells
 * become plain text in later checkpoints.
 */
import type { Core, LinkData } from "./xterm-internals.ts"

/** Links kept per terminal. */
export const MAX_LINKS = 1024
/** Longest target, in characters; a longer one is no link. */
export const MAX_LINK_LENGTH = 2048

/** Replaces the link table of a terminal by a bounded one. */
export function boundLinks(core: Core): void {
  const links = new Map<number, LinkData>()
  const known = new Map<string, number>()
  let next = 1
  const keyOf = (link: LinkData) => `${link.id ?? ""};${link.uri}`

  core._oscLinkService.registerLink = (data) => {
    if (data.uri.length > MAX_LINK_LENGTH || (data.id?.length ?? 0) > MAX_LINK_LENGTH) return 0
    const key = keyOf(data)
    const before = known.get(key)
    if (before !== undefined) return before
    const id = next++
    links.set(id, data)
    known.set(key, id)
    if (links.size > MAX_LINKS) {
      for (const [oldest, link] of links) {
        links.delete(oldest)
        known.delete(keyOf(link))
        break
      }
    }
    return id
  }
  core._oscLinkService.getLinkData = (id) => links.get(id)
  core._oscLinkService.addLineToLink = () => {}
}

/** The sequence that opens a link, or closes the open one. */
export function linkSequence(link: LinkData | undefined): string {
  return link === undefined ? "\x1b]8;;\x1b\\" : `\x1b]8;${link.id === undefined ? "" : `id=${link.id}`};${link.uri}\x1b\\`
}
