"""The exchange: where other machines hand in what happened. Today the telephone system, by CTI events over HTTP."""
