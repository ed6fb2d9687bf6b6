/** Whether SES gives mail to the world, and is no local one with an inbox: Amazon's is reached by https alone. */
export const isSesReal = (url: string | undefined): boolean => !url?.startsWith('http:');
