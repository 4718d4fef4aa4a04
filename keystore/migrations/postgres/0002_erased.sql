-- Workers ask every few seconds what was erased lately.
CREATE INDEX subject_key_erased ON subject_key (erased_at) WHERE erased_at IS NOT NULL;
