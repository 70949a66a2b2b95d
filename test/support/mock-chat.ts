// What the stand-ins of chats have in common: what the bot posted, and what people do.

export interface ChatPost {
  /** of the message */
  id: string;
  /** id of the channel, group or person */
  place: string;
  /** null: at the top */
  thread: string | null;
  /** as the chat got it, in its own markup */
  text: string;
  buttons: { label: string; value: string }[];
}

export interface MockChat {
  /** as the gateway is told of it */
  url: string;
  posts: ChatPost[];
  /** whether the bot would hear what is said now; what it does not hear is lost, as in the chat itself */
  listens(): boolean;
  /** A human writes; in a place with others the bot is mentioned. */
  say(message: { user: string; place: string; thread?: string; text: string }): void;
  /** A human presses a button of a post. */
  press(user: string, post: ChatPost, label: string): void;
  close(): Promise<void>;
}

/** @throws when the post has no such button */
export function buttonOf({ buttons }: ChatPost, label: string): string {
  const button = buttons.find((one) => one.label === label);
  if (button) return button.value;
  throw new Error(
    `Expected a button "${label}", got ${buttons.map((one) => one.label).join(', ') || 'none'}.`,
  );
}
