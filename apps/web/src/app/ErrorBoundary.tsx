/** What is shown where a part of the page failed: what happened, and what can be done; the rest keeps working. */
import { Component } from "react"
import type { ErrorInfo, ReactNode } from "react"
import { Button } from "../ui/Button.tsx"
import { loadAgain } from "./load-again.ts"
import { PartAway, PartGone } from "./load-chunk.ts"
import { tellNotice } from "./notices.ts"
import styles from "./ErrorBoundary.module.css"

interface ErrorBoundaryProps {
  /** What failed, in a few words: "This pane". */
  readonly what: string
  readonly children: ReactNode
}

interface Failed {
  readonly error: Error | undefined
  readonly stack: string
  /** Grows with each try, so that what is inside begins again. */
  readonly tries: number
}

/** Keeps what fails inside it from taking the rest along. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, Failed> {
  override readonly state: Failed = { error: undefined, stack: "", tries: 0 }

  static getDerivedStateFromError(error: unknown): Partial<Failed> {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidCatch(_: unknown, { componentStack }: ErrorInfo): void {
    this.setState({ stack: componentStack ?? "" })
  }

  override render(): ReactNode {
    const { error, stack, tries } = this.state
    if (error === undefined)
      return (
        <div key={tries} className={styles["whole"]}>
          {this.props.children}
        </div>
      )
    const details = `${error.stack ?? error.message}\n${stack}`
    return (
      <div className={styles["failed"]} role="alert">
        <p>
          {this.props.what} has failed: <span dir="auto">{error.message}</span>
        </p>
        <p className={styles["soft"]}>Nothing is lost: the session continues on the server, and what you wrote is kept.</p>
        <div className={styles["acts"]}>
          {isLoad(error) ? (
            <Button kind="kelp" onClick={loadAgain}>
              Load the page again
            </Button>
          ) : (
            <Button kind="kelp" onClick={() => this.setState({ error: undefined, stack: "", tries: tries + 1 })}>
              Show it again
            </Button>
          )}
          <Button onClick={() => void copy(details)}>Copy the details</Button>
        </div>
      </div>
    )
  }
}

/** Whether a part of the app could not be loaded, which only a page that is loaded again can put right. */
const isLoad = (error: Error): boolean =>
  error instanceof PartGone ||
  error instanceof PartAway ||
  /dynamically imported module|module script failed/i.test(error.message)

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    tellNotice("The details are in the clipboard.")
  } catch {
    tellNotice("The browser does not let this page copy.")
  }
}
