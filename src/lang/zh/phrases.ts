// Sentences that events bring in English, by their forms.
export const phrases: Readonly<Record<string, string>> = {};
