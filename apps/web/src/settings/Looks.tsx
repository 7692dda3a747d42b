/** How the app looks and which keys it has, in this browser. */
import type { ReactElement } from "react"
import { singleKeys, themeChoice } from "../app/preferences.ts"
import { commands } from "../commands/registry.ts"
import { Button } from "../ui/Button.tsx"
import { Choose, Part, Switch } from "./Part.tsx"

/** Theme. */
export function Appearance(): ReactElement {
  return (
    <Part title="Appearance" about="Kept in this browser.">
      <Choose title="Theme" of={themeChoice} words={{ system: "As the system", dark: "Dark", light: "Light" }} />
    </Part>
  )
}

/** Keys. */
export function Keys(): ReactElement {
  return (
    <Part title="Keys" about="Kept in this browser. In a terminal a key of the app that is pressed twice goes to the program.">
      <Switch
        title="Single letters are keys"
        about="Outside of text, such as J and K to move in the list. Without them the palette has everything."
        of={singleKeys}
      />
      <Button keys="?" onClick={() => commands.run("keys")}>
        Show all keys
      </Button>
    </Part>
  )
}
