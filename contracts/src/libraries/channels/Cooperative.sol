// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../../interfaces/ISluiceEvents.sol";
import { ChannelTerms, CompactSignature } from "../../interfaces/SluiceTypes.sol";
import { Signatures } from "../signing/Signatures.sol";
import { ChannelSlots } from "../Store.sol";
import { Channels } from "./Channels.sol";
import { DepositsWord, DepositsWords } from "./DepositsWord.sol";
import { Settlement } from "./Settlement.sol";

/// @title Cooperative
/// @notice What both parties agreed on: withdrawals and closes.
library Cooperative {
    /// @notice Refuses unless both signers consent: by their signatures, or by sending the call, which needs none.
    /// @param terms The channel's terms.
    /// @param digest What they signed.
    /// @param signatureA By a's signer; not looked at if it is the sender.
    /// @param signatureB By b's signer; likewise.
    function requireBoth(
        ChannelTerms calldata terms,
        bytes32 digest,
        CompactSignature calldata signatureA,
        CompactSignature calldata signatureB
    ) internal view {
        requireConsent(Channels.signerOf(terms, 0), digest, signatureA);
        requireConsent(Channels.signerOf(terms, 1), digest, signatureB);
    }

    /// @notice Raises what a party has withdrawn.
    /// @param slots The channel.
    /// @param id Its id.
    /// @param terms Its terms.
    /// @param party Who withdraws.
    /// @param total Its withdrawals, this one included.
    /// @return part The new part, to be paid.
    function withdraw(ChannelSlots storage slots, bytes32 id, ChannelTerms calldata terms, uint8 party, uint128 total)
        internal
        returns (uint128 part)
    {
        DepositsWord deposits = Channels.requireAlive(slots, id, terms);
        (uint128 withdrawnA, uint128 withdrawnB) = Channels.withdrawn(slots, deposits);
        uint128 before = party == 0 ? withdrawnA : withdrawnB;
        if (total <= before) revert ISluiceErrors.NothingNew(id, before, total);
        part = total - before;
        uint256 pot = Settlement.potOf(deposits.ofA(), deposits.ofB(), withdrawnA, withdrawnB);
        if (part > pot) revert ISluiceErrors.PotTooSmall(id, pot, part);
        if (party == 0) slots.withdrawnA = total;
        else slots.withdrawnB = total;
        if (!deposits.hasWithdrawn()) slots.deposits = deposits.withWithdrawal();
        emit ISluiceEvents.Withdrawn(id, uint256(party) << 128 | total, part);
    }

    /// @notice Ends the channel.
    /// @param slots The channel.
    /// @param id Its id.
    /// @param terms Its terms.
    /// @param from Who pays.
    /// @param amount How much, on top of what each deposited and withdrew.
    /// @return paidA What a gets.
    /// @return paidB What b gets.
    function close(ChannelSlots storage slots, bytes32 id, ChannelTerms calldata terms, uint8 from, uint128 amount)
        internal
        returns (uint128 paidA, uint128 paidB)
    {
        DepositsWord deposits = Channels.requireAlive(slots, id, terms);
        (uint128 withdrawnA, uint128 withdrawnB) = Channels.withdrawn(slots, deposits);
        int256 toA = from == 0 ? -int256(uint256(amount)) : int256(uint256(amount));
        paidA = share(id, 0, deposits.ofA(), withdrawnA, toA);
        paidB = share(id, 1, deposits.ofB(), withdrawnB, -toA);
        Channels.end(slots, deposits, DepositsWords.CLOSED);
        emit ISluiceEvents.Closed(id, uint256(paidA) << 128 | paidB);
    }

    function requireConsent(address signer, bytes32 digest, CompactSignature calldata signature) private view {
        if (msg.sender == signer || Signatures.isBy(signer, digest, signature)) return;
        revert ISluiceErrors.BadSignature(digest, signer);
    }

    // Both shares sum to the pot, which is below 2^128; so neither is above it once neither is below zero.
    function share(bytes32 id, uint8 party, uint128 deposited, uint128 withdrawn, int256 gain)
        private
        pure
        returns (uint128)
    {
        int256 sum = int256(uint256(deposited)) - int256(uint256(withdrawn)) + gain;
        if (sum < 0) revert ISluiceErrors.ShareBelowZero(id, party, sum);
        return uint128(uint256(sum));
    }
}
