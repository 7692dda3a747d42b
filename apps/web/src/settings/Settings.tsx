/** What a person sets for this browser. */
import type { ReactElement } from "react"
import { themeChoice } from "../app/preferences.ts"
import { Button } from "../ui/Button.tsx"
import { useStore } from "../ui/store.ts"

const THEMES = { system: "As the system", dark: "Dark", light: "Light" } as const

/** The theme. */
export default function Settings(): ReactElement {
  const chosen = useStore(themeChoice)
  return (
    <p style={{ display: "flex", gap: 8, padding: 16 }}>
      {(["system", "dark", "light"] as const).map((choice) => (
        <Button key={choice} kind={choice === chosen ? "kelp" : "plain"} onClick={() => themeChoice.choose(choice)}>
          {THEMES[choice]}
        </Button>
      ))}
    </p>
  )
}
