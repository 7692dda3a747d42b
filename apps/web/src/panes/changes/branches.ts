/** The branches that sessions were on when their changes were last asked for: nothing asks for a branch alone. */
import type { ChangeList } from "@holdfast/protocol/changes"
import { Store, useStore } from "../../ui/store.ts"

const branches = new Store<Readonly<Record<string, string>>>({})

/** Keeps the branch of an answer, which it returns. */
export function noteBranch(session: string, answer: ChangeList): ChangeList {
  const { [session]: before, ...others } = branches.get()
  const now = answer.available ? answer.branch : undefined
  if (now !== before) branches.set(now === undefined ? others : { ...others, [session]: now })
  return answer
}

/** The branch of a session, as far as it is known. */
export function useBranch(session: string): string | undefined {
  return useStore(branches)[session]
}
