/** In which directory: one of those that sessions were in, or one that is found by going from directory to directory. */
import { useId, useRef, useState } from "react"
import type { ReactElement } from "react"
import { Icon } from "../ui/icons.tsx"
import type { IconName } from "../ui/icons.tsx"
import { useListbox } from "../ui/listbox.ts"
import { offeredDirectories } from "./request.ts"
import css from "./new-session.module.css"
import { useDirectories } from "./use-directories.ts"
import type { FoundDirectories } from "./use-directories.ts"

interface DirectoryFieldProps {
  readonly directory: string
  readonly recent: ReadonlyArray<string>
  readonly choose: (directory: string) => void
}

/** Something that can be picked. What is gone into stays open; anything else is the choice. */
interface Offered {
  readonly path: string
  readonly words: string
  readonly icon: IconName
  readonly goesIn: boolean
  readonly note?: string
}

const withSlash = (path: string): string => (path.endsWith("/") ? path : `${path}/`)

/** What is offered, in order: directories of sessions, the one that is typed, the one above, those in it. */
export function offeredFor(
  typed: string,
  recent: ReadonlyArray<string>,
  found: FoundDirectories | undefined,
): ReadonlyArray<Offered> {
  const isPath = typed.trimEnd().endsWith("/")
  const known = isPath ? [] : offeredDirectories(recent, typed)
  const used = known.map((path): Offered => ({ path, words: path, icon: "restart", goesIn: false, note: "used before" }))
  if (found === undefined || found.problem !== undefined) return used
  const { path, parent, directories } = found
  const here: ReadonlyArray<Offered> = isPath ? [{ path, words: `Use ${path}`, icon: "check", goesIn: false }] : []
  const above: ReadonlyArray<Offered> =
    isPath && parent !== null ? [{ path: withSlash(parent), words: "Up", icon: "up", goesIn: true }] : []
  const inside = directories
    .filter((one) => !known.includes(one.path))
    .map((one): Offered => ({
      path: withSlash(one.path),
      words: one.name,
      icon: "folder",
      goesIn: true,
      ...(one.repository === true ? { note: "Git" } : {}),
    }))
  return [...used, ...here, ...above, ...inside]
}

/** The field. */
export function DirectoryField({ directory: chosen, recent, choose }: DirectoryFieldProps): ReactElement {
  const [isOpen, setIsOpen] = useState(false)
  // What is typed stays as it is while it is typed, also nothing, for which another directory stands.
  const [typed, setTyped] = useState<string>()
  const directory = typed ?? chosen
  const input = useRef<HTMLInputElement>(null)
  const label = useId()
  const found = useDirectories(directory, isOpen)
  // Of a name that is not whole yet, what lies above may be out of reach without that being wrong.
  const problem = directory.trimEnd().endsWith("/") ? found?.problem : undefined
  const offered = offeredFor(directory, recent, found)
  const type = (text: string): void => {
    setTyped(text)
    choose(text)
  }
  const pick = (at: number): void => {
    const picked = offered[at]
    if (picked !== undefined) type(picked.path)
    setIsOpen(picked?.goesIn === true)
    input.current?.focus()
  }
  const isShown = isOpen && (offered.length > 0 || problem !== undefined)
  const { field, list, item } = useListbox({
    count: offered.length,
    onPick: pick,
    isOpen: isShown && offered.length > 0,
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
            type(event.target.value)
            setIsOpen(true)
          }}
          onClick={() => setIsOpen(true)}
          onBlur={() => {
            setIsOpen(false)
            setTyped(undefined)
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" && !isOpen) return setIsOpen(true)
            if (event.key === "Escape" && isOpen) {
              event.stopPropagation()
              return setIsOpen(false)
            }
            field.onKeyDown(event)
          }}
        />
        {isShown ? (
          <div {...list} aria-label="Directories" className={css["recent"]}>
            {offered.map((one, at) => (
              <Row key={`${one.icon} ${one.path}`} offered={one} {...item(at)} />
            ))}
            {problem === undefined ? null : <p className={css["hint"]}>{problem}</p>}
          </div>
        ) : null}
      </div>
    </div>
  )
}

type RowProps = ReturnType<ReturnType<typeof useListbox>["item"]> & { readonly offered: Offered }

function Row({ offered: { words, icon, note }, ...item }: RowProps): ReactElement {
  return (
    <div {...item} className={css["offered"]} onPointerDown={(event) => event.preventDefault()}>
      <Icon name={icon} />
      <span className={css["offered-path"]}>{words}</span>
      {note === undefined ? null : <span className={css["offered-note"]}>{note}</span>}
    </div>
  )
}
