/** What can be done in a transcript, for the registry of commands. */
import { useCommands } from "../../../commands/use-commands.ts"

/** The acts of a transcript. */
export interface TranscriptActs {
  readonly find: () => void
  /** To the message of a person above or below what is at the top of the view. */
  readonly toPerson: (step: -1 | 1) => void
  readonly toEnd: () => void
  readonly copyLast: () => void
}

/** Registers them for a session. */
export function useTranscriptCommands(session: string, { find, toPerson, toEnd, copyLast }: TranscriptActs): void {
  useCommands([
    { id: "chat.find", title: "Find in this session", keys: ["$mod+/"], when: "anywhere", session, run: find },
    { id: "chat.earlier", title: "Earlier message of a person", keys: ["["], when: "pane", session, run: () => toPerson(-1) },
    { id: "chat.later", title: "Later message of a person", keys: ["]"], when: "pane", session, run: () => toPerson(1) },
    { id: "chat.latest", title: "Jump to the latest", keys: ["End"], when: "pane", session, run: toEnd },
    { id: "chat.copy-last", title: "Copy the last answer as Markdown", when: "pane", session, run: copyLast },
  ])
}
