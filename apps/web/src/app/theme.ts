/** The theme of the page: as chosen, or as the system has it. */
import { Store } from "../ui/store.ts"
import { themeChoice } from "./preferences.ts"

/** The theme that is shown now; terminals and the code worker read their colours again when it changes. */
export const theme = new Store<"dark" | "light">("dark")

/** Shows the theme from now on. */
export function followTheme(): void {
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
