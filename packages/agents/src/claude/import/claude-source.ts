/** What Claude Code keeps on this machine, to be imported. */
import { headOf } from "@holdfast/protocol/text-cut"
import type { ImportSource } from "@holdfast/adapter/ImportSource"
import { type ClaudeSession, claudeDirectory, listClaudeSessions } from "./sessions.ts"
import { importBatches } from "./import-drafts.ts"

const titleOf = ({ id, title, firstPrompt }: ClaudeSession): string => {
  // oxlint-disable-next-line no-control-regex
  const text = (title ?? firstPrompt ?? "").replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").trim()
  return text === "" ? `claude ${id.slice(0, 8)}` : headOf(text, 80)
}

/** The sessions of Claude Code. */
export const claudeSource: ImportSource = {
  agent: { name: "claude", adapter: "claude" },
  title: "Claude Code",
  list: async (environment) => {
    const found = await listClaudeSessions(claudeDirectory(environment))
    return found.map((session) => ({
      id: session.id,
      title: titleOf(session),
      modified: session.modified,
      size: session.size,
      ...(session.cwd === undefined ? {} : { cwd: session.cwd }),
      batches: (size, by) => importBatches({ ...session, size }, by),
    }))
  },
}
