/** What can be done with the chosen rows together. */
import { useState } from "react"
import type { FormEvent, ReactElement } from "react"
import { Button, IconButton } from "../ui/Button.tsx"
import { Popover } from "../ui/Popover.tsx"
import { tagsOf } from "./tags.ts"
import { useList, useListState } from "./use-list.ts"
import { useListActions } from "./use-list-actions.ts"
import css from "./rail.module.css"

/** The bar, while something is chosen. */
export function ChosenBar(): ReactElement | null {
  const { chosen, filter } = useListState()
  const list = useList()
  const actions = useListActions()
  if (chosen.size === 0) return null
  const on = (run: (ids: ReadonlyArray<string>) => void) => (): void => run(list.targets)
  return (
    <div className={css["chosen"]} role="toolbar" aria-label="Chosen sessions">
      <span role="status">{chosen.size} chosen</span>
      {filter.status === "active" ? (
        <>
          <TagAll />
          <IconButton label="Pin or unpin" icon="pin" keys="p" onClick={on(actions.pin)} />
          <IconButton label="Mark as unread or read" icon="unread" keys="u" onClick={on(actions.unread)} />
          <IconButton label="Archive" icon="archive" keys="e" onClick={on(actions.archive)} />
        </>
      ) : (
        <IconButton label="Take out" icon="undo" keys="e" onClick={on(actions.restore)} />
      )}
      {filter.status === "deleted" ? null : (
        <IconButton label="Move to the trash" icon="trash" keys="Delete" onClick={on(actions.trash)} />
      )}
      <IconButton label="Choose none" icon="close" keys="Escape" onClick={() => list.choose([])} />
    </div>
  )
}

function TagAll(): ReactElement {
  const [isOpen, setIsOpen] = useState(false)
  const list = useList()
  const { addTag } = useListActions()
  const submitted = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    for (const tag of tagsOf(String(new FormData(event.currentTarget).get("tag")))) addTag(list.targets, tag)
    setIsOpen(false)
  }
  return (
    <Popover
      label="Tag the chosen sessions"
      side="top"
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      trigger={
        <button type="button" className={css["tagAll"]}>
          Tag
        </button>
      }
    >
      <form className={css["tagForm"]} onSubmit={submitted}>
        <input name="tag" aria-label="Tag" placeholder="A tag" dir="auto" autoComplete="off" required maxLength={64} />
        <Button type="submit" kind="kelp">
          Tag {list.targets.length}
        </Button>
      </form>
    </Popover>
  )
}
