/** How the app looks and which keys it has, in this browser. */
import { useId } from "react"
import type { ReactElement } from "react"
import { monoFace, singleKeys, textSize, themeChoice } from "../app/preferences.ts"
import { commands } from "../commands/registry.ts"
import { Button } from "../ui/Button.tsx"
import { useStore } from "../ui/store.ts"
import { Choose, Part, Switch } from "./Part.tsx"
import css from "./settings.module.css"

/** Theme, sizes and faces. */
export function Appearance(): ReactElement {
  return (
    <Part title="Appearance" about="Kept in this browser.">
      <Choose title="Theme" of={themeChoice} words={{ system: "As the system", dark: "Dark", light: "Light" }} />
      <Choose
        title="Text of sessions"
        of={textSize}
        words={{ small: "Small", usual: "Usual", large: "Large", largest: "Largest" }}
      />
      <MonoFace />
    </Part>
  )
}

function MonoFace(): ReactElement {
  const face = useStore(monoFace)
  const id = useId()
  return (
    <div className={css["line"]}>
      <label htmlFor={id}>Face of code and terminals</label>
      <input
        id={id}
        value={face}
        maxLength={100}
        placeholder="The app's own"
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => monoFace.choose(target.value)}
      />
      <small>A face of one width that this machine has</small>
    </div>
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
