/** The changes of a call that edits or writes files. */
import { memo, useMemo } from "react"
import type { ToolPart } from "@holdfast/client/model"
import { changesOf } from "../rows/changes.ts"
import { useChat } from "../transcript/chat-context.ts"
import { useFold } from "../transcript/folds.ts"
import { DiffRows } from "./DiffRows.tsx"

/** The changes, each file by itself; all of them whole, or their first lines. */
export const ChangeBody = memo(function ChangeBody({ part }: { readonly part: ToolPart }) {
  const { cwd, folds } = useChat()
  const [isWhole, toggle] = useFold(folds, `${part.toolCallId}:whole`)
  const changes = useMemo(() => changesOf(part, cwd), [part, cwd])
  return changes.map((change, index) => (
    <DiffRows key={index} change={change} isNamed={changes.length > 1} isWhole={isWhole} onWhole={toggle} />
  ))
})
