/** In which directory: typed, or one of those that sessions were in. */
import { useId, useRef, useState } from "react"
import type { ReactElement } from "react"
import { useListbox } from "../ui/listbox.ts"
import { offeredDirectories } from "./request.ts"
import css from "./new-session.module.css"

interface DirectoryFieldProps {
  readonly directory: string
  readonly recent: ReadonlyArray<string>
  readonly choose: (directory: string) => void
}

/** The field. */
export function DirectoryField({ directory, recent, choose }: DirectoryFieldProps): ReactElement {
  const [isOpen, setIsOpen] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const label = useId()
  const found = offeredDirectories(recent, directory)
  const pick = (at: number): void => {
    const picked = found[at]
    if (picked !== undefined) choose(picked)
    setIsOpen(false)
    input.current?.focus()
  }
  const { field, list, item } = useListbox({
    count: found.length,
    onPick: pick,
    isOpen: isOpen && found.length > 0,
    of: directory,
  })
  return (
    <div className={css["field"]}>
      <label htmlFor={label}>Directory</label>
      <div className={css["directory"]}>
        <input
          ref={input}
          id={label}
          value={directory}
          placeholder="Your home directory"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          className={css["path"]}
          {...field}
          onChange={(event) => {
            choose(event.target.value)
            setIsOpen(true)
          }}
          onClick={() => setIsOpen(true)}
          onBlur={() => setIsOpen(false)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" && !isOpen) return setIsOpen(true)
            if (event.key === "Escape" && isOpen) {
              event.stopPropagation()
              return setIsOpen(false)
            }
            field.onKeyDown(event)
          }}
        />
        {isOpen && found.length > 0 ? (
          <div {...list} aria-label="Recent directories" className={css["recent"]}>
            {found.map((one, at) => (
              <div key={one} {...item(at)} onPointerDown={(event) => event.preventDefault()}>
                {one}
              </div>
            ))}
          </div>
        ) : null}
      </div>
    </div>
  )
}
