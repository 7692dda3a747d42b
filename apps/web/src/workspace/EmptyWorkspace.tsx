/** What is shown where nothing is open: what can be done, with its keys, and the layouts of other devices. */
import { Suspense } from "react"
import type { ReactElement } from "react"
import type { OfferedLayout } from "@holdfast/client/model"
import { tilesOf } from "@holdfast/core/layout/tree"
import { useSessionIds } from "@holdfast/react"
import { lazyPart } from "../app/part.ts"
import { useIsFirstRun } from "../first-run/use-is-first-run.ts"
import { keyText } from "../commands/key-text.ts"
import { useCommand } from "../commands/use-commands.ts"
import { Button } from "../ui/Button.tsx"
import { Time } from "../ui/Time.tsx"
import styles from "./EmptyWorkspace.module.css"

const FirstRun = lazyPart(async () => ({ default: (await import("../first-run/FirstRun.tsx")).FirstRun }))

interface EmptyWorkspaceProps {
  readonly isLoading: boolean
  readonly offers: ReadonlyArray<OfferedLayout>
  readonly adopt: (offer: OfferedLayout) => void
}

/** Words and keys, no drawing. */
export function EmptyWorkspace({ isLoading, offers, adopt }: EmptyWorkspaceProps): ReactElement {
  const count = useSessionIds().length
  if (useIsFirstRun())
    return (
      <Suspense fallback={null}>
        <FirstRun />
      </Suspense>
    )
  return (
    <div className={styles["empty"]}>
      <p>{isLoading ? "Your layout is on its way." : count === 0 ? "There are no sessions yet." : "Nothing is open."}</p>
      <ul className={styles["keys"]}>
        {["session.new", "palette", "waiting.next", "keys"].map((id) => (
          <Hint key={id} command={id} />
        ))}
      </ul>
      {/* One with nothing in it is no more than this one. */}
      {offers
        .filter((offer) => countOf(offer) > 0)
        .map((offer) => (
          <p key={offer.client} className={styles["offer"]}>
            <Button onClick={() => adopt(offer)}>Take over the layout of {offer.name ?? "another device"}</Button>
            <span>
              {panesOf(offer)}, <Time at={offer.time} isSaid />
            </span>
          </p>
        ))}
    </div>
  )
}

const countOf = ({ layout }: OfferedLayout): number => tilesOf(layout.root).reduce((sum, { tabs }) => sum + tabs.length, 0)

function panesOf(offer: OfferedLayout): string {
  const count = countOf(offer)
  return count === 1 ? "1 pane" : `${count} panes`
}

function Hint({ command: id }: { readonly command: string }): ReactElement | null {
  const command = useCommand(id)
  const keys = command?.keys?.[0]
  if (command === undefined || keys === undefined) return null
  return (
    <li>
      <kbd>{keyText(keys)}</kbd>
      <button type="button" className={styles["act"]} onClick={() => command.run()}>
        {command.title}
      </button>
    </li>
  )
}
