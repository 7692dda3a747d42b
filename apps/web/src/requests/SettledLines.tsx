/** One line for each request that someone else has answered, for a while. */
import styles from "./Settled.module.css"
import type { Settled } from "./use-settled.ts"
import { Written } from "./Written.tsx"

/** Shows who answered what. */
export function SettledLines({ settled }: { readonly settled: ReadonlyArray<Settled> }) {
  if (settled.length === 0) return null
  return (
    <ul className={styles["settled"]} role="status">
      {settled.map(({ key, line, told }) => (
        <li key={key}>
          <span dir="auto">
            <Written text={told} />
          </span>
          <code>
            <Written text={line} />
          </code>
        </li>
      ))}
    </ul>
  )
}
