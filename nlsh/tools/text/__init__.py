"""The text manager: counting, cutting, sorting and reshaping what text files and answers say."""
