/**
 * Which terminals the graphics card draws: those that were looked at last, as many as a browser lets be.
 *
 * Without a graphics card the page's own elements are faster, and the browser does not say so by itself: the name of what draws does.
 */
import type { Terminal } from "@xterm/xterm"

/** Most terminals that the card draws: a page has 16 contexts, and other parts want some. */
const MOST = 8

/** Names of what draws without a card. */
const WITHOUT_CARD = /swiftshader|llvmpipe|softpipe|basic render|software|microsoft basic/i

/** Whether a renderer of this name is a card. */
export function isCard(name: string): boolean {
  return name !== "" && !WITHOUT_CARD.test(name)
}

let known: boolean | undefined

/** Whether this machine has a card that draws, asked once. */
function hasCard(): boolean {
  if (known !== undefined) return known
  const context = document.createElement("canvas").getContext("webgl2")
  const info = context?.getExtension("WEBGL_debug_renderer_info")
  const name = context?.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER)
  known = typeof name === "string" && isCard(name)
  context?.getExtension("WEBGL_lose_context")?.loseContext()
  return known
}

interface Drawn {
  readonly end: () => void
}

/** The terminals that are drawn by the card; the one that was looked at least recently first. */
const drawn = new Map<Terminal, Drawn | "lost">()

/** Those whose part for the card is being loaded and that still want it. */
const wanting = new Set<Terminal>()

/** Has the card draw a terminal that is looked at now; what is drawn by it already stays so. */
export async function drawByCard(terminal: Terminal): Promise<void> {
  if (!hasCard()) return
  const present = drawn.get(terminal)
  if (present === "lost") return
  if (present !== undefined) {
    drawn.delete(terminal)
    drawn.set(terminal, present)
    return
  }
  wanting.add(terminal)
  const part = await import("@xterm/addon-webgl").catch((cause: unknown) =>
    // It is asked for again when the terminal is looked at next.
    console.warn("a terminal is drawn without the graphics card:", cause),
  )
  // It may have gone, or have been given back to the page, meanwhile.
  if (!wanting.delete(terminal) || part === undefined || drawn.has(terminal) || terminal.element === undefined) return
  const addon = new part.WebglAddon()
  // The page's own elements take over, for this terminal for good: a card that fails once does so again.
  addon.onContextLoss(() => {
    addon.dispose()
    drawn.set(terminal, "lost")
  })
  try {
    terminal.loadAddon(addon)
  } catch {
    drawn.set(terminal, "lost")
    return
  }
  drawn.set(terminal, { end: () => addon.dispose() })
  for (const [other, one] of drawn) {
    if ([...drawn.values()].filter((each) => each !== "lost").length <= MOST) break
    if (one === "lost" || other === terminal) continue
    one.end()
    drawn.delete(other)
  }
}

/** The card has nothing more to do with a terminal, which may be gone. */
export function leaveToPage(terminal: Terminal): void {
  const present = drawn.get(terminal)
  drawn.delete(terminal)
  wanting.delete(terminal)
  if (present !== undefined && present !== "lost") present.end()
}
