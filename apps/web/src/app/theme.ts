/** How the page looks: theme, size of the text and face of code, as chosen in this browser. */
import { Store } from "../ui/store.ts"
import { monoFace, textSize, themeChoice } from "./preferences.ts"

/** The theme that is shown now; terminals and the code worker read their colours again when it changes. */
export const theme = new Store<"dark" | "light">("dark")

/** The faces of code and terminals, as CSS has them. */
export function monoFamily(): string {
  const name = monoFace
    .get()
    .replace(/["\\\n\r]/g, "")
    .trim()
  return `${name === "" ? "" : `"${name}", `}"HF Mono", ui-monospace, monospace`
}

/** Shows what is chosen from now on. */
export function followLooks(): void {
  followTheme()
  const root = document.documentElement
  const size = (): void => void (root.dataset["text"] = textSize.get())
  const face = (): void => root.style.setProperty("--mono", monoFamily())
  textSize.subscribe(size)
  monoFace.subscribe(face)
  size()
  face()
}

function followTheme(): void {
  const system = matchMedia("(prefers-color-scheme: light)")
  const show = (): void => {
    const choice = themeChoice.get()
    const shown = choice === "system" ? (system.matches ? "light" : "dark") : choice
    document.documentElement.dataset["theme"] = shown
    theme.set(shown)
  }
  system.addEventListener("change", show)
  themeChoice.subscribe(show)
  show()
}
