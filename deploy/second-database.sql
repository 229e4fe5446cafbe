-- Writing keys live apart from the writing that they open. Better still: on another server.
CREATE DATABASE resourced_keys;
