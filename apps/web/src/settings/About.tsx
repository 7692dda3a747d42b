/** Which server this is. */
import type { ReactElement } from "react"
import { useConnection } from "@holdfast/react"
import { serverUrl } from "../app/base.ts"
import { Part } from "./Part.tsx"

/** Version and address. */
export function About(): ReactElement {
  const { state } = useConnection()
  return (
    <Part title="About">
      <p>
        Holdfast {state._tag === "Online" ? state.version : ""} at <code>{serverUrl()}</code>.{" "}
        <a href="docs" target="_blank" rel="noreferrer">
          What programs can ask of it
        </a>
      </p>
    </Part>
  )
}
