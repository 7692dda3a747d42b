/** The app: the hub, the address, and the page. */
import { useEffect, useState } from "react"
import type { ReactElement } from "react"
import { Router } from "wouter"
import { HoldfastProvider } from "@holdfast/react"
import { terminalColors } from "../panes/terminal/terminal-colors.ts"
import { Tips } from "../ui/Tooltip.tsx"
import { basePath } from "./base.ts"
import { ErrorBoundary } from "./ErrorBoundary.tsx"
import { KeptModel } from "./KeptModel.tsx"
import { connectToServer, openBox } from "./hub.ts"
import { deviceName } from "./device.ts"
import { Page } from "./Page.tsx"
import { preloadWhenIdle } from "./preload.ts"

/** Everything. */
export function App(): ReactElement {
  const [base] = useState(() => basePath())
  useEffect(preloadWhenIdle, [])
  useEffect(() => {
    // A file that is dropped beside what takes it would replace the page.
    const refuse = (event: DragEvent): void => event.preventDefault()
    addEventListener("dragover", refuse)
    addEventListener("drop", refuse)
    return () => {
      removeEventListener("dragover", refuse)
      removeEventListener("drop", refuse)
    }
  }, [])
  return (
    <HoldfastProvider client={connectToServer} outbox={openBox} name={deviceName()} colors={terminalColors}>
      <Router base={base}>
        <ErrorBoundary what="The page">
          <KeptModel>
            <Page />
          </KeptModel>
        </ErrorBoundary>
        <Tips />
      </Router>
    </HoldfastProvider>
  )
}
