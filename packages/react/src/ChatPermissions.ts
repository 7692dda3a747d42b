/** The permission requests of a chat. */
import { createElement, useState } from "react"
import type { FormEvent, ReactElement } from "react"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import { usePermissions } from "./agent.ts"
import { useChatSession } from "./chat-context.ts"
import { useFailure } from "./failure.ts"
import { WRITTEN } from "./parts.ts"

/** Open requests with a button for each option; one that is answered here or elsewhere goes. */
export function ChatPermissions(): ReactElement {
  const session = useChatSession()
  const { requests, answer } = usePermissions(session)
  return createElement(
    "div",
    { "data-holdfast": "permissions", role: "group" },
    requests.map((request) =>
      createElement(Request, {
        key: request.id,
        request,
        onAnswer: (optionId, answers) => answer(session, request.id, answers === undefined ? optionId : { optionId, answers }),
      }),
    ),
  )
}

type Answers = Readonly<Record<string, string>>

interface RequestProps {
  readonly request: PermissionRequest
  readonly onAnswer: (optionId: string, answers: Answers | undefined) => Promise<unknown>
}

function Request({ request, onAnswer }: RequestProps): ReactElement {
  const { kind, title, subject, options, questions = [] } = request
  const { alert, told } = useFailure()
  const [answers, setAnswers] = useState<Answers>({})
  const isQuestion = kind === "question" && questions.length > 0
  const give = (optionId: string, isAllowed: boolean): void => {
    const given = isQuestion && isAllowed ? answers : undefined
    void told(onAnswer(optionId, given))
  }
  const fields = questions.map(({ question, choices }) =>
    createElement(
      "label",
      { key: question },
      question,
      createElement("input", {
        list: `${request.id}-${question}`,
        value: answers[question] ?? "",
        onInput: ({ currentTarget }: FormEvent<HTMLInputElement>) =>
          setAnswers((before) => ({ ...before, [question]: currentTarget.value })),
      }),
      createElement(
        "datalist",
        { id: `${request.id}-${question}` },
        choices.map((choice) => createElement("option", { key: choice.label, value: choice.label })),
      ),
    ),
  )
  return createElement(
    "section",
    { "data-holdfast": "permission", "aria-label": title },
    createElement("p", { style: WRITTEN }, title),
    title.includes(subject) ? null : createElement("pre", { style: WRITTEN }, subject),
    isQuestion ? fields : null,
    options.map(({ id, label, kind: option }) => {
      const isAllowed = option.startsWith("allow")
      const isMissing = isQuestion && isAllowed && questions.some(({ question }) => (answers[question] ?? "") === "")
      return createElement(
        "button",
        { key: id, type: "button", "data-kind": option, disabled: isMissing, onClick: () => give(id, isAllowed) },
        label,
      )
    }),
    alert,
  )
}
