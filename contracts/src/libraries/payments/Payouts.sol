// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../../interfaces/ISluiceEvents.sol";
import { ChannelTerms } from "../../interfaces/SluiceTypes.sol";
import { Channels } from "../channels/Channels.sol";
import { Store } from "../Store.sol";
import { TokenPush } from "./TokenPush.sol";

/// @title Payouts
/// @notice Push, and a credit where that fails or is not wanted: nobody's refusal holds up another's money.
library Payouts {
    /// @notice Pays, or credits.
    /// @param store All storage.
    /// @param token Zero for the native token.
    /// @param account Who is paid.
    /// @param amount How much.
    /// @param asCredit Whether not even to try.
    function pay(Store storage store, address token, address account, uint256 amount, bool asCredit) internal {
        if (amount == 0) return;
        if (!asCredit && TokenPush.push(token, account, amount)) return;
        store.credits[account][token] += amount;
        emit ISluiceEvents.Credited(account, token, amount);
    }

    /// @notice Pays both parties of a channel.
    /// @param store All storage.
    /// @param terms The channel's terms.
    /// @param amountA For a.
    /// @param amountB For b.
    /// @param asCredit Whose money is credited and not pushed: a mask, 1 for a and 2 for b.
    function payBoth(Store storage store, ChannelTerms calldata terms, uint256 amountA, uint256 amountB, uint8 asCredit)
        internal
    {
        pay(store, terms.token, Channels.accountOf(terms, 0), amountA, asCredit & 1 != 0);
        pay(store, terms.token, Channels.accountOf(terms, 1), amountB, asCredit & 2 != 0);
    }

    /// @notice Pays an account all of its credit; it stays if it cannot be paid.
    /// @param store All storage.
    /// @param account Whose credit.
    /// @param token Zero for the native token.
    function payCredit(Store storage store, address account, address token) internal {
        payCreditPart(store, account, token, account, store.credits[account][token]);
    }

    /// @notice Pays a part of a credit out; all of it stays if that cannot be paid.
    /// @param store All storage.
    /// @param account Whose credit.
    /// @param token Zero for the native token.
    /// @param to Where it goes.
    /// @param amount How much.
    function payCreditPart(Store storage store, address account, address token, address to, uint256 amount) internal {
        if (amount == 0) revert ISluiceErrors.NoCredit(account, token);
        uint256 credit = store.credits[account][token];
        if (amount > credit) revert ISluiceErrors.CreditTooSmall(account, token, credit, amount);
        store.credits[account][token] = credit - amount;
        if (!TokenPush.push(token, to, amount)) revert ISluiceErrors.PayoutFailed(to, token, amount);
        emit ISluiceEvents.CreditPaid(account, token, to, amount);
    }
}
