/** Above the first row: that there is more, that it is being read, or where the session began. */
import css from "./transcript.module.css"
import { counted } from "../rows/tool-input.ts"
import { useChat } from "./chat-context.ts"
import { useOf } from "../pace/use-paced.ts"
import type { Older } from "@holdfast/client/model"
import { ForkLinks } from "../../../fork/ForkLinks.tsx"
import { fullTime } from "../../../ui/time.ts"

/** The beginning of what is shown. */
export function Top({ older }: { readonly older: Older }) {
  const { view, cwd, session } = useChat()
  const firstSeq = useOf(view.record, (record) => record?.firstSeq)
  const createdAt = useOf(view.record, (record) => record?.createdAt)
  const agent = useOf(view.record, (record) => record?.agent?.name)
  if (older === "more" || older === "loading") return <div className={css["top"]}>Reading earlier messages…</div>
  if (older === "unknown" || createdAt === undefined) return <div className={css["top"]} />
  return (
    <div className={css["top"]}>
      <ForkLinks session={session} />
      <span title={fullTime(createdAt)}>
        {agent ?? "agent"} in <bdi>{cwd}</bdi>, since {fullTime(createdAt)}
      </span>
      {firstSeq !== undefined && firstSeq > 1 ? (
        <span>The first {counted(firstSeq - 1, "event")} of this log were removed to save space; all messages are here.</span>
      ) : null}
    </div>
  )
}
