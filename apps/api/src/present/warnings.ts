import type { RenderWarning } from '@postroom/contracts';

/** The warnings of one rendering; the field is absent where there is nothing to say. */
export const presentWarnings = (
  warnings: readonly RenderWarning[],
): { readonly warnings?: RenderWarning[] } => (warnings.length === 0 ? {} : { warnings: [...warnings] });
