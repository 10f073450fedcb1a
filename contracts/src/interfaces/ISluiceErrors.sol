// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title ISluiceErrors
/// @notice Every refusal, with the values that led to it.
interface ISluiceErrors {
    /// @notice A party number above 1.
    /// @param party The number.
    error WrongParty(uint8 party);

    /// @notice A lane number above 1.
    /// @param lane The number.
    error WrongLane(uint8 lane);

    /// @notice Signers not in ascending order, or an account or signer of zero.
    /// @param signerA a's signer.
    /// @param signerB b's signer.
    /// @param accountA a's account.
    /// @param accountB b's account.
    error BadTerms(address signerA, address signerB, address accountA, address accountB);

    /// @notice Both sides of a channel have one account.
    /// @param account The account.
    error SameAccount(address account);

    /// @notice A dispute window of zero seconds, in which nobody could answer.
    error ZeroWindow();

    /// @notice The minute in a nonce is more than a day ahead of the block.
    /// @param nonce The nonce of the terms.
    /// @param timestamp The block's.
    error NonceAhead(uint256 nonce, uint256 timestamp);

    /// @notice A field of a channel's terms holds more bits than its type.
    error DirtyTerms();

    /// @notice A path shorter than two or longer than six.
    /// @param length How many members it has.
    error BadPath(uint256 length);

    /// @notice The channel is settled or closed.
    /// @param channelId The channel.
    error ChannelOver(bytes32 channelId);

    /// @notice The close already began.
    /// @param channelId The channel.
    /// @param closesAt From when it can be settled.
    error AlreadyClosing(bytes32 channelId, uint64 closesAt);

    /// @notice No close began.
    /// @param channelId The channel.
    error NotClosing(bytes32 channelId);

    /// @notice The dispute window still runs.
    /// @param channelId The channel.
    /// @param closesAt When it is over.
    error WindowOpen(bytes32 channelId, uint64 closesAt);

    /// @notice The dispute window is over.
    /// @param channelId The channel.
    /// @param closesAt Since when.
    error WindowOver(bytes32 channelId, uint64 closesAt);

    /// @notice The channel is not settled.
    /// @param channelId The channel.
    error NotSettled(bytes32 channelId);

    /// @notice Nothing is left for the lane's locks, or there never were any.
    /// @param channelId The channel.
    /// @param lane The lane.
    error PoolEmpty(bytes32 channelId, uint8 lane);

    /// @notice Neither an account nor a signer of the channel.
    /// @param channelId The channel.
    /// @param who Who asked.
    error NotParty(bytes32 channelId, address who);

    /// @notice Not a member of the path.
    /// @param virtualId The virtual channel.
    /// @param who Who asked.
    error NotMember(bytes32 virtualId, address who);

    /// @notice The lane with the lock does not run along the path: its payer is not followed by its receiver there.
    /// @param virtualId The virtual channel.
    /// @param payer The signer who pays the lane.
    /// @param receiver The signer who receives it.
    error NotNeighbours(bytes32 virtualId, address payer, address receiver);

    /// @notice None of the locks given is for the virtual channel, or they stand in another order than the virtual channels.
    /// @param virtualId The virtual channel.
    error NoLock(bytes32 virtualId);

    /// @notice The lane's receiver neither sent nor signed.
    /// @param channelId The channel.
    /// @param lane The lane.
    /// @param who Who sent; zero if the call was relayed.
    error NotReceiver(bytes32 channelId, uint8 lane, address who);

    /// @notice A signature by another key, malformed, or refused by the contract wallet.
    /// @param digest What had to be signed.
    /// @param expected Who had to sign it.
    error BadSignature(bytes32 digest, address expected);

    /// @notice Not newer than the voucher shown before.
    /// @param channelId The channel.
    /// @param lane The lane.
    /// @param shownSeq The seq that was shown.
    /// @param seq The seq that was offered.
    error StaleVoucher(bytes32 channelId, uint8 lane, uint64 shownSeq, uint64 seq);

    /// @notice A locked sum without a root: no lock could ever claim it.
    /// @param locked The sum.
    /// @param locksRoot The root.
    error BadLocks(uint128 locked, bytes32 locksRoot);

    /// @notice The locks given are not those of the voucher last shown.
    /// @param channelId The channel.
    /// @param lane The lane.
    error LocksMismatch(bytes32 channelId, uint8 lane);

    /// @notice Too late.
    /// @param deadline The last timestamp that would have done.
    /// @param timestamp The block's.
    error DeadlinePassed(uint64 deadline, uint256 timestamp);

    /// @notice The total is not above what was withdrawn.
    /// @param channelId The channel.
    /// @param withdrawn What was withdrawn.
    /// @param total What was asked for.
    error NothingNew(bytes32 channelId, uint128 withdrawn, uint128 total);

    /// @notice The channel holds less than is asked.
    /// @param channelId The channel.
    /// @param pot What it holds.
    /// @param wanted What is asked.
    error PotTooSmall(bytes32 channelId, uint256 pot, uint256 wanted);

    /// @notice A side would go below zero.
    /// @param channelId The channel.
    /// @param party The side.
    /// @param share What it would have.
    error ShareBelowZero(bytes32 channelId, uint8 party, int256 share);

    /// @notice The proof does not lead to the lane's root.
    /// @param channelId The channel.
    /// @param lane The lane.
    /// @param index The slot; of a part of the tree, its first.
    error BadProof(bytes32 channelId, uint8 lane, uint32 index);

    /// @notice This slot was unlocked before.
    /// @param channelId The channel.
    /// @param lane The lane.
    /// @param index The slot.
    error AlreadyUnlocked(bytes32 channelId, uint8 lane, uint32 index);

    /// @notice The condition is not final, or the resolver gives no answer.
    /// @param resolver Who was asked.
    /// @param id About what.
    /// @param side About which side.
    error NotFinal(address resolver, bytes32 id, uint8 side);

    /// @notice The virtual channel's amount is final.
    /// @param virtualId The virtual channel.
    /// @param finalAt Since when.
    error VirtualFinal(bytes32 virtualId, uint64 finalAt);

    /// @notice The virtual channel is not closing, and the sender is no member who could start it.
    /// @param virtualId The virtual channel.
    /// @param who Who sent.
    error VirtualNotClosing(bytes32 virtualId, address who);

    /// @notice Not above what was redeemed.
    /// @param virtualId The virtual channel.
    /// @param redeemed What was redeemed.
    /// @param offered What the voucher comes to.
    error NotHigher(bytes32 virtualId, uint128 redeemed, uint128 offered);

    /// @notice More ticks than the voucher commits to, or a preimage that does not lead to its anchor.
    /// @param virtualId The virtual channel.
    /// @param ticks How many were claimed.
    /// @param tickCount How many there are.
    error BadTick(bytes32 virtualId, uint32 ticks, uint32 tickCount);

    /// @notice This way of depositing is for the native token.
    /// @param token The channel's token.
    error NeedsNative(address token);

    /// @notice This way of depositing needs an ERC-20.
    error NeedsToken();

    /// @notice The token is no ERC-20: it does not answer what an allowance is. What such a contract lets in, it may never let out.
    /// @param token The token.
    error NotErc20(address token);

    /// @notice A deposit that brought nothing.
    error NothingReceived();

    /// @notice More than fits: all deposits of a channel sum to less than 2^127.
    /// @param channelId The channel.
    /// @param amount What came in.
    error TooMuch(bytes32 channelId, uint256 amount);

    /// @notice The token did not let itself be pulled.
    /// @param token The token.
    /// @param from From whom.
    /// @param amount How much.
    error PullFailed(address token, address from, uint256 amount);

    /// @notice There is no credit, or none of it is asked for.
    /// @param account Whose.
    /// @param token Zero for the native token.
    error NoCredit(address account, address token);

    /// @notice The credit is smaller than what is asked.
    /// @param account Whose.
    /// @param token Zero for the native token.
    /// @param credit What there is.
    /// @param amount What is asked.
    error CreditTooSmall(address account, address token, uint256 credit, uint256 amount);

    /// @notice The recipient or token still refuses; the credit stays.
    /// @param to Who was to be paid.
    /// @param token Zero for the native token.
    /// @param amount How much.
    error PayoutFailed(address to, address token, uint256 amount);

    /// @notice Not the account's next redirect nonce.
    /// @param account Whose.
    /// @param expected Its next.
    /// @param given The one given.
    error WrongNonce(address account, uint256 expected, uint256 given);

    /// @notice Called back from inside a call.
    error Reentered();
}
