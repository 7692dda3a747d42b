/** The screen of a film: an emulator as large as the terminal was, made to fit by scaling (docs/protocol/app-rules.md, APP-73). */
import "@xterm/xterm/css/xterm.css"
import { Unicode11Addon } from "@xterm/addon-unicode11"
import { Terminal } from "@xterm/xterm"
import type { ITheme } from "@xterm/xterm"
import { pageTokens, terminalPalette } from "../panes/terminal/palette.ts"
import { monoReady } from "../styles/fonts.ts"
import type { TerminalScreen } from "./TerminalStage.ts"

/** Bytes that are given to the emulator before it is waited for. */
const UNDER_WAY = 256 * 1024

/** Colours of the page as it is now. */
const paletteNow = (): ITheme =>
  terminalPalette(pageTokens(document.documentElement), document.documentElement.dataset["theme"] === "light" ? "light" : "dark")

/** A screen in an element. */
export interface FilmScreen extends TerminalScreen {
  /** Fits it into the element again. */
  readonly fit: () => void
  readonly end: () => void
}

/** Draws in `host`, which has a place of its own; the emulator asks no one and takes no keys. */
export async function filmScreen(host: HTMLElement): Promise<FilmScreen> {
  await monoReady
  const terminal = new Terminal({
    allowProposedApi: true,
    disableStdin: true,
    cursorBlink: false,
    cursorInactiveStyle: "outline",
    fontFamily: '"HF Mono", ui-monospace, monospace',
    fontSize: 14,
    minimumContrastRatio: 4.5,
    scrollback: 0,
    theme: paletteNow(),
  })
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = "11"
  const inner = document.createElement("div")
  inner.style.transformOrigin = "0 0"
  inner.style.position = "absolute"
  host.append(inner)
  terminal.open(inner)
  // What the past would do to the page of today.
  terminal.parser.registerOscHandler(52, () => true)
  const themes = new MutationObserver(() => (terminal.options.theme = paletteNow()))
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] })
  let underWay = 0
  const fit = (): void => {
    const screen = inner.querySelector<HTMLElement>(".xterm-screen")
    if (screen === null || screen.offsetWidth === 0) return
    const scale = Math.min(1, host.clientWidth / screen.offsetWidth, host.clientHeight / screen.offsetHeight)
    inner.style.inlineSize = `${screen.offsetWidth}px`
    inner.style.transform = scale < 1 ? `scale(${scale})` : ""
    inner.style.insetInlineStart = `${Math.max(0, (host.clientWidth - screen.offsetWidth * scale) / 2)}px`
  }
  const parsed = (): Promise<void> => new Promise((resolve) => terminal.write("", resolve))
  const resize = async (cols: number, rows: number): Promise<void> => {
    if (terminal.cols === cols && terminal.rows === rows) return
    // The emulator takes what is written later than a size that is set at once.
    if (underWay > 0) await parsed()
    terminal.resize(cols, rows)
    fit()
  }
  const write = (bytes: Uint8Array): void | Promise<void> => {
    underWay += bytes.length
    const isMuch = underWay > UNDER_WAY
    let seen: () => void = () => undefined
    const written = isMuch ? new Promise<void>((resolve) => (seen = resolve)) : undefined
    terminal.write(bytes, () => {
      underWay -= bytes.length
      seen()
    })
    return written
  }
  return {
    begin: async ({ cols, rows, pieces }) => {
      if (underWay > 0) await parsed()
      terminal.reset()
      const sized = pieces.some((piece) => !(piece instanceof Uint8Array))
      if (!sized) await resize(cols, rows)
      for (const piece of pieces) await (piece instanceof Uint8Array ? write(piece) : resize(piece.cols, piece.rows))
      await resize(cols, rows)
      await parsed()
      fit()
    },
    write,
    resize,
    fit,
    end: () => {
      themes.disconnect()
      terminal.dispose()
      inner.remove()
    },
  }
}
