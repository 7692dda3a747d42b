/** Links in output: addresses that stand there, and those that programs put behind words (OSC 8). */
import { WebLinksAddon } from "@xterm/addon-web-links"
import type { EmulatorParts } from "./emulator-parts.ts"
import { fateOf, openAddress } from "./links.ts"

const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent)

/** Name of the key that opens a link with a click. */
export const LINK_KEY = isMac ? "⌘" : "Ctrl"

/** Has links shown where they lead, and followed by Mod and a click, or a tap. */
export function bindLinks(emulator: EmulatorParts): () => void {
  const { terminal, hovered } = emulator
  let isTouch = false
  const touched = ({ pointerType }: PointerEvent): void => void (isTouch = pointerType === "touch")
  const follow = (event: MouseEvent, address: string): void => {
    if (!isTouch && !(isMac ? event.metaKey : event.ctrlKey)) return
    const fate = fateOf(address)
    if (fate === "refuse") emulator.say(`This address is not opened: ${address.slice(0, 200)}`)
    // With a finger nothing shows beforehand where it leads.
    else if (fate === "ask" || isTouch) emulator.question.ask({ _tag: "Link", address })
    else openAddress(address)
  }
  const hover = (_event: MouseEvent, address: string): void => hovered.set(address)
  const leave = (): void => hovered.set(undefined)
  terminal.options.linkHandler = { activate: follow, hover, leave, allowNonHttpProtocols: true }
  const addon = new WebLinksAddon(follow, { hover, leave })
  terminal.loadAddon(addon)
  emulator.host.addEventListener("pointerdown", touched, { capture: true })
  return () => {
    addon.dispose()
    emulator.host.removeEventListener("pointerdown", touched, { capture: true })
  }
}
