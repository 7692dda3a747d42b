/** The page: sessions, panes, status line; on the phone one of them at a time. */
import { Suspense, useEffect } from "react"
import type { ReactElement } from "react"
import { useConnection } from "@holdfast/react"
import { lazyExtra, lazyPart, serverIsThere } from "./part.ts"
import { PartAwaited } from "./PartAwaited.tsx"
import { Rail } from "../list/Rail.tsx"
import { RequestCommands } from "../requests/RequestCommands.tsx"
import { Workspace } from "../workspace/Workspace.tsx"
import { ErrorBoundary } from "./ErrorBoundary.tsx"
import { LiveRegion } from "./LiveRegion.tsx"
import { useForm } from "./media.ts"
import { Over } from "./Over.tsx"
import { Overlays } from "./Overlays.tsx"
import type { Route } from "./routes.ts"
import { StatusLine } from "./StatusLine.tsx"
import { useKeyboardInset } from "./use-keyboard-inset.ts"
import { useRoute } from "./use-route.ts"
import { usePageCommands } from "./use-page-commands.ts"
import { useSigns } from "./use-signs.ts"
import styles from "./Page.module.css"

/** What is not needed for the first picture. */
const Notifications = lazyExtra(async () => ({ default: (await import("../notifications/Notifications.tsx")).Notifications }))
const SignIn = lazyPart(() => import("./SignIn.tsx"))
const NewSession = lazyPart(() => import("../new-session/NewSession.tsx"))
const Recordings = lazyPart(() => import("../player/Recordings.tsx"))
const Settings = lazyPart(() => import("../settings/Settings.tsx"))

/** What covers the panes, by the name of its route. */
const OVER: Readonly<Partial<Record<Route["name"], () => ReactElement>>> = {
  new: () => <NewSession />,
  recordings: () => <Recordings />,
  settings: () => <Settings />,
}

/** All of it. */
export function Page(): ReactElement {
  const { state } = useConnection()
  const route = useRoute()
  const form = useForm()
  const covered = useKeyboardInset(form === "phone")
  usePageCommands()
  useSigns()
  const isRefused = state._tag === "Refused"
  const isAnswering = isRefused || state._tag === "Online"
  useEffect(() => serverIsThere(isAnswering), [isAnswering])
  // How to get in is said where the panes are.
  const isList = form !== "phone" || (route.name === "workspace" && !isRefused)
  const over = OVER[route.name]?.() ?? null
  return (
    <div className={styles["page"]} data-form={form} style={covered === 0 ? undefined : { paddingBlockEnd: covered }}>
      <h1 className="visually-hidden">Holdfast</h1>
      <nav className={styles["rail"]} data-region="list" aria-label="Sessions" hidden={!isList}>
        <ErrorBoundary what="The list">
          <Rail />
        </ErrorBoundary>
      </nav>
      <main className={styles["main"]} data-region="panes" hidden={form === "phone" && isList}>
        <Suspense fallback={null}>{state._tag === "Refused" ? <SignIn error={state.error} /> : null}</Suspense>
        <div className={styles["work"]} inert={over !== null || isRefused} data-covered={over === null ? undefined : ""}>
          <ErrorBoundary what="The workspace">
            <Workspace />
          </ErrorBoundary>
        </div>
        {over === null ? null : (
          <Over key={route.name} className={styles["over"]}>
            <ErrorBoundary what="This part">
              <Suspense fallback={<PartAwaited what="This part" />}>{over}</Suspense>
            </ErrorBoundary>
          </Over>
        )}
      </main>
      <StatusLine isShown={form !== "phone" || isList} />
      <LiveRegion />
      <Suspense fallback={null}>
        <Notifications />
      </Suspense>
      <Overlays />
      <RequestCommands />
    </div>
  )
}
