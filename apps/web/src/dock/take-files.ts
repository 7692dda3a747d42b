/** Files for a message, however they come: dropped, pasted, chosen, photographed. */
import type { SessionDraft } from "./SessionDraft.ts"
import type { ComposerNow } from "./use-composer.ts"

/** Takes files, smaller where they are photographs, and says why some do not fit. What judges them is loaded with the first. */
export async function takeFiles(
  {
    draft,
    tell,
  }: { readonly draft: { readonly kept: Pick<SessionDraft, "state" | "setFiles"> }; readonly tell: ComposerNow["tell"] },
  files: ReadonlyArray<File>,
): Promise<void> {
  // They would be in the next message, which is not in sight.
  if (draft.kept.state.get().editing !== undefined)
    return tell(
      "Not attached: a message in the queue keeps the files that it has. Save the edit or leave it, then attach them to the next message.",
    )
  try {
    const [{ attach }, { shrunk }] = await Promise.all([import("./attachments.ts"), import("./shrink.ts")])
    const small = await Promise.all(files.map(shrunk))
    let problems: ReadonlyArray<string> = []
    draft.kept.setFiles((there) => {
      const attaching = attach(there, small, () => crypto.randomUUID())
      problems = attaching.problems
      return attaching.taken
    })
    tell(problems.length === 0 ? undefined : problems.join(" "))
  } catch (cause) {
    tell(`Not attached: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}
