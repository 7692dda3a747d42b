/** What the parts of the settings are made of. */
import { useId } from "react"
import type { ReactElement, ReactNode } from "react"
import type { Preference } from "../app/preferences.ts"
import { useStore } from "../ui/store.ts"
import css from "./settings.module.css"

/** A part with its title, a line about it, and what went wrong last. */
export function Part({
  title,
  about,
  problem,
  children,
}: {
  readonly title: string
  readonly about?: ReactNode
  readonly problem?: string | undefined
  readonly children: ReactNode
}): ReactElement {
  const id = useId()
  return (
    <section className={css["part"]} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {about === undefined ? null : <p className={css["about"]}>{about}</p>}
      {problem === undefined ? null : (
        <p className={css["problem"]} role="alert">
          {problem}
        </p>
      )}
      {children}
    </section>
  )
}

/** One of a few words. */
export function Choose<W extends string>({
  title,
  of: preference,
  words,
}: {
  readonly title: string
  readonly of: Preference<W>
  readonly words: Readonly<Record<W, string>>
}): ReactElement {
  const chosen = useStore(preference)
  const name = useId()
  return (
    <fieldset className={css["choose"]}>
      <legend>{title}</legend>
      {(Object.keys(words) as Array<W>).map((word) => (
        <label key={word}>
          <input type="radio" name={name} checked={word === chosen} onChange={() => preference.choose(word)} />
          {words[word]}
        </label>
      ))}
    </fieldset>
  )
}

/** Yes or no. */
export function Switch({
  title,
  about,
  of: preference,
}: {
  readonly title: string
  readonly about?: string
  readonly of: Preference<boolean>
}): ReactElement {
  const isOn = useStore(preference)
  return (
    <label className={css["switch"]}>
      <input type="checkbox" role="switch" aria-checked={isOn} checked={isOn} onChange={() => preference.choose(!isOn)} />
      <span>
        {title}
        {about === undefined ? null : <small>{about}</small>}
      </span>
    </label>
  )
}

/** A list of things of the server; says when there are none, and that they are on their way. */
export function Things<A>({
  value,
  none,
  children,
}: {
  readonly value: ReadonlyArray<A> | undefined
  readonly none: string
  readonly children: (thing: A) => ReactElement
}): ReactElement {
  if (value === undefined) return <p className={css["about"]}>On its way.</p>
  if (value.length === 0) return <p className={css["about"]}>{none}</p>
  return <ul className={css["things"]}>{value.map(children)}</ul>
}
