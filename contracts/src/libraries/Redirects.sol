// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { CreditRedirect } from "../interfaces/SluiceTypes.sol";
import { Channels } from "./Channels.sol";
import { Signatures } from "./Signatures.sol";
import { Store } from "./Store.sol";

/// @title Redirects
/// @notice Signed redirections of credits, each good for once.
library Redirects {
    /// @notice Uses up a redirection, or refuses it.
    function consume(Store storage store, bytes32 digest, CreditRedirect calldata redirect, bytes calldata signature)
        internal
    {
        Channels.requireBefore(redirect.deadline);
        uint256 nonce = store.redirectNonces[redirect.account];
        if (redirect.nonce != nonce) revert ISluiceErrors.WrongNonce(redirect.account, nonce, redirect.nonce);
        if (!Signatures.isConsent(redirect.account, digest, signature)) {
            revert ISluiceErrors.BadSignature(digest, redirect.account);
        }
        store.redirectNonces[redirect.account] = nonce + 1;
    }
}
