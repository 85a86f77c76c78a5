"""Study sessions: a course of study made from documents, with a status that advances in steps."""
