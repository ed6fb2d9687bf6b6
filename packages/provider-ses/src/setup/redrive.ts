/** Where a queue's dead letters go by its `RedrivePolicy`, null: nowhere; and after how many receives. */
export function redriveOf(text: string | undefined): {
  readonly target: string | null;
  readonly receives: number;
} {
  try {
    const read: unknown = JSON.parse(text ?? 'null');
    const part = (name: string) =>
      typeof read === 'object' && read !== null ? Reflect.get(read, name) : null;
    const target: unknown = part('deadLetterTargetArn');
    return { target: typeof target === 'string' ? target : null, receives: Number(part('maxReceiveCount')) };
  } catch {
    return { target: null, receives: 0 };
  }
}
